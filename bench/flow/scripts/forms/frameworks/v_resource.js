Vue.http.options.root="https://v6.acme.test/root";new Vue({mounted:function(){this.$http.get("users")}});
