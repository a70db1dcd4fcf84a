angular.module("app").constant("URLS",{BASE:"https://n10.acme.test",LOGIN:"/auth/login"}).controller("L",["$http","URLS",function($http,URLS){$http.post(URLS.BASE+URLS.LOGIN,{})}]);
