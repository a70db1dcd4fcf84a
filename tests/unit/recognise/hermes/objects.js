// Objects whose keys say what their values are, and fields of classes, for tests of hermes/: npm hermes-compiler,
// hermesc -emit-binary -O objects.js
use({redisHost: "redis.objects.test", redisPort: 6380, elasticHost: "elastic.objects.test", elasticPort: 9201});
use({MQTT_HOST: "mqtt.objects.test", MQTT_PORT: 1884});
use({apiHost: "api.objects.test", queuePort: 5672});
use({aws_user_files_s3_bucket: "objects-files", aws_user_files_s3_bucket_region: "eu-central-1"});
Amplify.configure({Storage: {S3: {bucket: "objects-storage", region: "eu-central-1"}}}); use({bucket: "objects-alone"});
use({credentials: {accessKeyId: "AKIAQ7X3M5K7W2N4B6V5", secretAccessKey: "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"}});
fetch("https://key.objects.test/k", {headers: {"X-Api-Key": "q7X3m5K9w2N4b6V8t1R3p5Z7c9"}});
const user = "svc"; function both() { return user + ":Xk29sLq0aa"; }
fetch("https://basic.objects.test/b", {headers: {Authorization: `Basic ${btoa(both())}`}});
use({key: "k", token: "short", name: "x"});
class Api { host = "field.objects.test"; path = "/v1"; get(r) { return fetch("https://" + this.host + this.path + r); } }
new Api().get("/cats");
use({
  name: "left-pad", version: "1.0.0", repository: {type: "git", url: "git+https://git.objects.test/l.git"},
  homepage: "https://home.objects.test", bugs: {url: "https://bugs.objects.test"}, author: "A (https://author.objects.test)",
});
use({redirect_uri: "https://back.objects.test/cb"}); use({message: "Try it: https://share.objects.test/app"});
h("a", {href: "https://blank.objects.test/help", target: "_blank"}); h("a", {href: "https://own.objects.test/page"});
use({url: "https://other.objects.test/x", name: "y"}); use({homepage: "https://twice.objects.test"});
fetch("https://twice.objects.test");
