var P={env:{API_ROOT:"https://v4.acme.test"}};var process=P;fetch(process.env.API_ROOT+"/users");
