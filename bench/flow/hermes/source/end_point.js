import { Client } from "minio";
export function store(key, secret) {
  return new Client({ endPoint: "end-point.hermes.test", port: 9000, useSSL: true, accessKey: key, secretKey: secret });
}
