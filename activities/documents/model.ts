/**
 * 文档模型: what the reader saw in one file, every byte of text accounted for. One model serves all formats, so that a
 * rule is written once. Plain data: it crosses a process boundary (files are read in a child process).
 */
export type DocumentModel = {
  format: 'docx' | 'markdown' | 'html' | 'text' | 'svg' | 'image' | 'pdf' | 'ofd';
  /** Body in reading order. Table cells are paragraphs with `cell`; annexes follow the body. */
  paragraphs: Paragraph[];
  /** Text that stands elsewhere or that no reader would see: headers, comments, hidden text, properties, alt text … */
  asides: Aside[];
  images: ImagePart[];
  /** Core, app and custom properties: author, company, template, revision ids … */
  properties: { name: string; value: string; kind: 'core' | 'app' | 'custom' }[];
  links: { target: string; text: string; paragraph: number | null }[];
  /** Package-level facts that rules judge. */
  package: {
    hasMacros: boolean;
    embeddedObjects: string[];
    /** Relationships that load something by themselves: templates, images, OLE, altChunk. */
    externalRelationships: { part: string; type: string; target: string }[];
  };
};

export type Paragraph = {
  /** Visible text, runs joined, tracked insertions applied and deletions left out. */
  text: string;
  style: string | null;
  /** 1 for 一、, 2 for （一）, 3 for 1., 4 for （1）, from style, outline level or numbering; null for body text. */
  headingLevel: number | null;
  /** The number that Word draws and the text does not contain, e.g. `一、`. */
  numbering: string | null;
  alignment: 'left' | 'center' | 'right' | 'justify' | null;
  bold: boolean;
  /** Position in a table; `header` marks a header row. */
  cell: { table: number; row: number; column: number; header: boolean; rowSpan: number; columnSpan: number } | null;
  pageBreakBefore: boolean;
};

export type Aside = {
  kind:
    | 'header'
    | 'footer'
    | 'footnote'
    | 'endnote'
    | 'text-box'
    | 'comment'
    | 'hidden-text'
    | 'white-text'
    | 'tracked-insertion'
    | 'tracked-deletion'
    | 'field-code'
    | 'alt-text'
    | 'file-name'
    | 'embedded-object'
    | 'core-property'
    | 'custom-property'
    | 'markup-comment';
  text: string;
  /** Package part or element where it stands. */
  part: string;
  author: string | null;
  /** Body paragraph it belongs to, where it has one. */
  paragraph: number | null;
};

export type ImagePart = {
  part: string;
  mediaType: string;
  width: number | null;
  height: number | null;
  bytes: number;
  altText: string | null;
  /** EXIF and the like, flattened; `gps` where a position is in it. */
  metadata: Record<string, string>;
  gps: { latitude: number; longitude: number } | null;
  paragraph: number | null;
};
