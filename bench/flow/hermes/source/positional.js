import Paho from "paho-mqtt";
export function open(id) {
  const client = new Paho.Client("positional.hermes.test", 9001, "/mqtt", id);
  client.connect({ useSSL: true });
  return client;
}
