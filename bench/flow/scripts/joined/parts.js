const list={"a.parts.shop.test":8443,"b.parts.shop.test":8444};for(const[host,port]of Object.entries(list)){fetch(`https://${host}:${port}/v1`)}
