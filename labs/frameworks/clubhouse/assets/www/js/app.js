/* Shows who is in the club. Licensed as https://www.apache.org/licenses/LICENSE-2.0 says. */
var BASE = "http://pb.clubhouse.test:8090";
var PHOTOS = "http://photos.s3.clubhouse.test:8333/";

function show(member) {
  var line = document.createElement("li");
  var photo = document.createElement("img");
  photo.src = PHOTOS + member.id + ".jpg";
  line.append(photo, member.name);
  document.getElementById("members").append(line);
}

document.addEventListener("deviceready", function () {
  fetch("http://pb.clubhouse.test:8090/api/collections/members/records")
    .then(function (answer) { return answer.json(); })
    .then(function (page) { page.items.forEach(show); });
  // Not switched on yet.
  if (window.localStorage.getItem("fees")) { fetch(BASE + "/api/collections/fees/records"); }
});
