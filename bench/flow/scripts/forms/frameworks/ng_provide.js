angular.module("app").config(function($provide){$provide.constant("api",{url:"https://n3.acme.test"});$provide.value("path","/p")}).run(["$http","api",function(h,a){h.get(a.url+"/k")}]);
