const HELP = "Störung? Siehe https://status.parcelrun.test/heute";
const LOGO = '<svg xmlns="http://www.w3.org/2000/svg"></svg>';
const DEVELOPMENT = "http://localhost:8081/index.bundle?platform=android";

function tell(text) {
  console.log(text || HELP, LOGO, DEVELOPMENT);
}

module.exports = { tell };
