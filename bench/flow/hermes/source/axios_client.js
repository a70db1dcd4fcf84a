import axios from "axios";
export default axios.create({baseURL: "https://axios-module.hermes.test/v2"});
