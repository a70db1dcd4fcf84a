angular.module("starter.services",[]).factory("Chats",function($http,ApiEndpoint){
  var get=function(path){return $http.get(ApiEndpoint.url+path)};
  return {all:function(){return get("/chats")},remove:function(id){return $http.delete(ApiEndpoint.url+"/chats/"+id)}};
}).constant("ApiEndpoint",{url:"https://n6.acme.test/api"});
