(function(){
angular.module("app").factory("dataservice",dataservice);
dataservice.$inject=["$http","ENV"];
function dataservice($http,ENV){
  var base=ENV.apiEndpoint+"/v5";
  var service={getAll:getAll};
  return service;
  function getAll(){return $http.get(base+"/avengers");}
}
angular.module("app").constant("ENV",{name:"production",apiEndpoint:"https://n5.acme.test"});
})();
