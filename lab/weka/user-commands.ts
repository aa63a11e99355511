/** `weka user ...`. */
import type { ClusterCommand, ClusterCommandContext } from './command.ts';
import { answer, answerJson, refuse } from './command.ts';

const roles = ['clusteradmin', 'orgadmin', 'readonly', 'regular', 's3', 'csi'];

export const userCommands: ClusterCommand[] = [
  { scope: 'cluster', words: 'user', role: 'any', run: list },
  {
    scope: 'cluster',
    words: 'user whoami',
    role: 'any',
    run: ({ place }) => answerJson({ username: place.env.WEKA_USERNAME }),
  },
  { scope: 'cluster', words: 'user add', role: 'clusteradmin', run: add },
  { scope: 'cluster', words: 'user passwd', role: 'any', options: { '--username': 'value' }, run: changePassword },
  { scope: 'cluster', words: 'user change-role', role: 'clusteradmin', run: changeRole },
  { scope: 'cluster', words: 'user delete', role: 'clusteradmin', run: remove },
];

function list({ cluster, options }: ClusterCommandContext) {
  const users = [...cluster.users].map(([username, user]) => ({
    username,
    role: user.role,
    source: 'Internal',
    org_id: 0,
  }));
  return options.json ? answerJson(users) : answer(users.map((user) => `${user.username}  ${user.role}\n`).join(''));
}

function add({ cluster, positionals }: ClusterCommandContext) {
  const [username, role, password] = positionals;
  if (username === undefined || role === undefined || password === undefined)
    return refuse('username, role and password are required');
  if (!roles.includes(role)) return refuse(`invalid role ${role}`);
  if (cluster.users.has(username)) return refuse(`User ${username} already exists`);
  if (password.length < 8) return refuse('The password is too short, at least 8 characters are required');
  cluster.users.set(username, { role, password });
  return answer('');
}

/** A regular user changes only his own. */
function changePassword({ cluster, place, positionals, options }: ClusterCommandContext) {
  const [password] = positionals;
  const own = place.env.WEKA_USERNAME ?? '';
  const username = options.value('--username') ?? own;
  const user = cluster.users.get(username);
  if (password === undefined) return refuse('a password is required');
  if (username !== own && cluster.users.get(own)?.role !== 'clusteradmin')
    return refuse('Permission denied: only an admin changes the password of another user');
  if (user === undefined) return refuse(`User ${username} does not exist`);
  if (password.length < 8) return refuse('The password is too short, at least 8 characters are required');
  user.password = password;
  return answer('');
}

function changeRole({ cluster, positionals }: ClusterCommandContext) {
  const [username = '', role = ''] = positionals;
  const user = cluster.users.get(username);
  if (user === undefined) return refuse(`User ${username} does not exist`);
  if (!roles.includes(role)) return refuse(`invalid role ${role}`);
  user.role = role;
  return answer('');
}

function remove({ cluster, positionals }: ClusterCommandContext) {
  const username = positionals[0] ?? '';
  const user = cluster.users.get(username);
  if (user === undefined) return refuse(`User ${username} does not exist`);
  const admins = [...cluster.users.values()].filter((other) => other.role === 'clusteradmin').length;
  if (user.role === 'clusteradmin' && admins === 1) return refuse('The last cluster admin cannot be deleted');
  cluster.users.delete(username);
  return answer('');
}
