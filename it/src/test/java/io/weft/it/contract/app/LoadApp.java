package io.weft.it.contract.app;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * A {@link Load} of HTTP: arguments such as {@code HttpClient-2=orders,stock} say which library
 * calls which services. Half of the calls post a body, of all ways to send one; and there is always
 * an answer that takes two seconds.
 */
public final class LoadApp {
  private static final double PER_SECOND = 2;
  private static final int DRIPS = 20;
  private static final String[] MODES = {"whole", "fixed", "chunked"};

  private LoadApp() {}

  public static void main(String[] args) throws Exception {
    Load load = new Load();
    for (String arg : args) {
      String library = arg.substring(0, arg.indexOf('='));
      for (String service : arg.substring(library.length() + 1).split(",")) {
        ClientApp.Caller caller = ClientApp.caller(library);
        String url = "http://" + service;
        String pair = library + " to " + service;
        load.add(pair, PER_SECOND, number -> call(caller, url, number));
        load.add(pair + ", slowly", 0.2, number -> drip(caller, url));
      }
    }
    load.run();
  }

  private static String call(ClientApp.Caller caller, String url, int number) throws Exception {
    if (number % 2 == 0) {
      return made(caller, Map.of("method", "GET", "url", url + "/connection")).get("body");
    }
    int size = 1 + number % 7 * 9_000;
    Map<String, String> answer =
        made(
            caller,
            Map.of(
                "method",
                "POST",
                "url",
                url + "/echo",
                "size",
                Integer.toString(size),
                "mode",
                MODES[number % MODES.length]));
    expect(size, answer);
    return "";
  }

  private static String drip(ClientApp.Caller caller, String url) throws Exception {
    expect(DRIPS * 1_000, made(caller, Map.of("method", "GET", "url", url + "/drip?" + DRIPS)));
    return "";
  }

  private static Map<String, String> made(ClientApp.Caller caller, Map<String, String> call)
      throws Exception {
    Map<String, String> answer = new TreeMap<>();
    caller.call(call, answer);
    if (!"200".equals(answer.get("status"))) {
      throw new IOException("answered with " + answer);
    }
    return answer;
  }

  private static void expect(int size, Map<String, String> answer) throws IOException {
    if (!Integer.toString(size).equals(answer.get("size"))) {
      throw new IOException("of " + size + " bytes came back " + answer);
    }
  }
}
