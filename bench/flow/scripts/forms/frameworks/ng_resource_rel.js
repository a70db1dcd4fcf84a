angular.module("app").constant("SERVER","https://n8.acme.test").factory("Item",["$resource","SERVER",function(r,s){return r(s+"/items/:id",{id:"@id"})}]);
