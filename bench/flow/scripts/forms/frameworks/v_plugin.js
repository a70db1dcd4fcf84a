Vue.prototype.$api=axios.create({baseURL:"https://v5.acme.test"});new Vue({methods:{l(){this.$api.get("/users")}}});
