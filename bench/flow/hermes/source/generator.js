import {call, put} from "redux-saga/effects";
import {API} from "./hooks.values";
export function* load(action) {
  const url = API.BASE + "/saga/" + action.id;
  const result = yield call(fetch, url);
  yield put({type: "loaded", result});
}
