// Access to a path by rules of a Realtime Database, by targaryen. A question is {"rules": TEXT, "path": TEXT}; the answer is
// {"anonymous": {"read": BOOL, "write": BOOL}, "user": ...}. Each question and answer is one line of JSON.
'use strict'
const targaryen = require('targaryen')
// A user who signed up by herself.
const USER = {
  uid: 'openback-user', provider: 'password',
  token: {sub: 'openback-user', email: 'user@openback.test', email_verified: false, firebase: {sign_in_provider: 'password'}}
}
// Values of several shapes: writing is possible if any of them is accepted.
const VALUES = [true, 'text', 1, {a: 1}, null]
const NOTHING = {read: false, write: false}
const parsed = text => require('vm').runInNewContext(`(${text})`, {}, {timeout: 1000})

function answer (question) {
  let rules, database
  try { rules = JSON.parse(question.rules) } catch (_) { rules = parsed(question.rules) }
  // Rules that the service refuses are never in force.
  try { database = targaryen.database(rules, null) } catch (_) { return {anonymous: NOTHING, user: NOTHING} }
  const found = {}
  for (const [who, identity] of [['anonymous', null], ['user', USER]]) {
    const client = database.as(identity)
    const write = VALUES.some(value => client.write(question.path, value).allowed)
    found[who] = {read: client.read(question.path).allowed, write}
  }
  return found
}

console.log = console.error
let rest = ''
process.stdin.setEncoding('utf8')
process.stdin.on('data', text => {
  const lines = (rest + text).split('\n')
  rest = lines.pop()
  for (const line of lines) {
    let said
    try { said = {answer: answer(JSON.parse(line))} } catch (error) { said = {error: String(error).slice(0, 500)} }
    process.stdout.write(JSON.stringify(said) + '\n')
  }
})
