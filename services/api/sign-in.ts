import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BundleId } from '../../schemas/bundle.ts';
import type { Person, Role } from '../../schemas/configuration.ts';
import { Refusal } from './refusal.ts';

/** Who sends a request; refuses whoever has none of the named roles. */
export type PersonOf = (request: FastifyRequest, ...roles: Role[]) => Person;

export function createSignInCheck(signIn: (token: string) => Person | undefined) {
  const signedIn = new WeakMap<FastifyRequest, Person>();
  const personOf: PersonOf = (request, ...roles) => {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const person = token ? signIn(token) : undefined;
    if (!person) {
      throw new Refusal(
        'NotSignedIn',
        { zh: '没有登录，或者令牌不对', en: 'Not signed in, or the token is wrong' },
        { mend: { zh: '用 --as 指定人员', en: 'Name a person with --as' } },
      );
    }
    signedIn.set(request, person);
    if (roles.length > 0 && !person.roles.some((role) => roles.includes(role))) {
      throw new Refusal('NotAllowed', {
        zh: `${person.name}（${person.roles.join('、')}）没有这个权限，需要的角色：${roles.join('、')}`,
        en: `${person.id} (${person.roles.join(', ')}) may not do this; it takes the role ${roles.join(' or ')}`,
      });
    }
    return person;
  };
  /** `signedInAs` tells who sent a request, once that was asked. */
  return { personOf, signedInAs: (request: FastifyRequest) => signedIn.get(request) };
}

export const bundleOf = (request: FastifyRequest): BundleId =>
  z.object({ bundleId: BundleId }).parse(request.params).bundleId;
