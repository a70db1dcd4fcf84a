(()=>{var t=process.env.API_URL||"https://b3.acme.test/v1";fetch(t+"/a");})();
