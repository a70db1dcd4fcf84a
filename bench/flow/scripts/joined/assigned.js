const cfg={};cfg.base="https://assigned.shop.test";cfg.path="/v1/feed";function f(){return axios.get(cfg.base+cfg.path)}
