package dev.cairn.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Runs commands against an emulated table with one checkpoint, so that the JVM can archive the
 * classes that commands load. The launcher starts it once for each Java and installation; the
 * archive halves the processor time of a command.
 */
public final class TrainingRun {
  private static final List<String> COMMANDS = List.of("checkpoints", "status");

  private TrainingRun() {}

  /** Exits with the greatest exit code of the commands. */
  public static void main(String[] arguments) throws IOException {
    Map<String, String> responses = responses();
    HttpServer table =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    table.createContext("/", request -> respond(request, responses));
    table.start();
    String endpoint = "http://127.0.0.1:" + table.getAddress().getPort();
    int exitCode = ExitCode.OK;
    for (String command : COMMANDS) {
      String[] typed = {command, "--endpoint", endpoint, "--table", "training", "--job", "demo"};
      exitCode = Math.max(exitCode, Cairn.run(typed));
    }
    System.exit(exitCode);
  }

  /** Maps a part of a request to its response. */
  private static Map<String, String> responses() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            TrainingRun.class.getResourceAsStream("training-table.txt"),
            "training-table.txt is not in the jar")) {
      List<String> lines =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("# "))
              .toList();
      Map<String, String> responses = new LinkedHashMap<>();
      for (int i = 0; i + 1 < lines.size(); i += 2) {
        responses.put(lines.get(i), lines.get(i + 1));
      }
      return responses;
    }
  }

  private static void respond(HttpExchange exchange, Map<String, String> responses)
      throws IOException {
    try (exchange) {
      String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      byte[] body = response(request, responses).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static String response(String request, Map<String, String> responses) {
    return responses.entrySet().stream()
        .filter(known -> request.contains(known.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(request.contains("\"Key\"") ? "{}" : "{\"Items\":[],\"Count\":0}");
  }
}
