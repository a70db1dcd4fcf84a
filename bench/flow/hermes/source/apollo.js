import {ApolloClient, HttpLink} from "@apollo/client";
const base = "https://apollo.hermes.test";
export default new ApolloClient({link: new HttpLink({uri: base + "/graphql"})});
