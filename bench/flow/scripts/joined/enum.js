var Env;!function(e){e.PROD="https://enum.shop.test",e.TEST="https://enum.shop.test:81"}(Env||(Env={}));fetch(Env.PROD+"/v1");
