var Api=function(){function e(){this.base="https://prototype.shop.test"}return e.prototype.loadAll=function(t){return fetch(this.base+t)},e}();(new Api).loadAll("/v1/all");
