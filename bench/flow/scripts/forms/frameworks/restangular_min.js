angular.module("app",["restangular"]).config(["RestangularProvider",function(e){e.setBaseUrl("https://r2.acme.test/api")}]).controller("C",["Restangular",function(e){e.all("accounts").getList()}]);
