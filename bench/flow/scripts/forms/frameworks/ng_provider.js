angular.module("app").provider("api",function(){var b="https://n4.acme.test/v4";this.$get=function(){return{url:b}}}).controller("C",["$http","api",function(e,t){e.post(t.url+"/save")}]);
