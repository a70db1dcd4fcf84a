angular.module("app").constant("cfg",{base:"https://n1.acme.test"});
function Ctl(h,c){h.get(c.base+"/users")}
Ctl.$inject=["$http","cfg"];
angular.module("app").controller("Ctl",Ctl);
