fetch({NODE_ENV:"production",VUE_APP_API:"https://v2.acme.test",BASE_URL:"/"}.VUE_APP_API+"/users");
