var a=Object({NODE_ENV:"production",VUE_APP_API:"https://v1.acme.test",BASE_URL:"/"}).VUE_APP_API;fetch(a+"/users");
