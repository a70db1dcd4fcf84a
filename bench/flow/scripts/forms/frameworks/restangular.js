angular.module("app",["restangular"]).config(function(RestangularProvider){
  RestangularProvider.setBaseUrl("https://r1.acme.test/api/v1");
}).controller("C",function(Restangular,$scope){
  Restangular.all("accounts").getList().then(function(a){$scope.a=a});
  Restangular.one("cars",12).get();
  Restangular.one("users",3).all("messages").getList();
});
