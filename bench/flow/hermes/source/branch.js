import {Platform} from "react-native";
const host = Platform.OS === "ios" ? "ios.branch.hermes.test" : "android.branch.hermes.test";
export const load = () => fetch("https://" + host + "/v1/start");
