// Objects with a host and a port in a file without any URL, for tests of hermes/: npm hermes-compiler,
// hermesc -emit-binary -O hostport.js
const cache = {host: "cache.hermes.test", port: 6380}; connect(cache);
const socket = net.createConnection({hostname: "socket.hermes.test", port: 9000});
use({host: "alone.hermes.test", name: "x"}); use({port: 7001, name: "y"});
