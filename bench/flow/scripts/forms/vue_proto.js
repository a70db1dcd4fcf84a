(()=>{Vue.prototype.$host="https://b39.acme.test";new Vue({methods:{l(){return this.$http.get(this.$host+"/users")}}});})();
