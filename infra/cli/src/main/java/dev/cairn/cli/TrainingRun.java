package dev.cairn.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
    try (ServerSocket table = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Map<String, String> responses = responses();
      Thread.ofPlatform().daemon().name("table").start(() -> accept(table, responses));
      String endpoint = "http://127.0.0.1:" + table.getLocalPort();
      int exitCode = ExitCode.OK;
      for (String command : COMMANDS) {
        String[] typed = {command, "--endpoint", endpoint, "--table", "training", "--job", "demo"};
        exitCode = Math.max(exitCode, Cairn.run(typed));
      }
      System.exit(exitCode);
    }
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

  /** Handles each connection in a thread of its own, until the process ends. */
  private static void accept(ServerSocket table, Map<String, String> responses) {
    while (!table.isClosed()) {
      try {
        Socket connection = table.accept();
        Thread.ofPlatform().daemon().start(() -> serve(connection, responses));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void serve(Socket connection, Map<String, String> responses) {
    try (connection;
        InputStream in = new BufferedInputStream(connection.getInputStream());
        OutputStream out = connection.getOutputStream()) {
      for (int length = contentLength(in); length >= 0; length = contentLength(in)) {
        String request = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        out.write(response(response(request, responses)));
        out.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a request's head, and returns its body's length; -1 if there is no further request. */
  private static int contentLength(InputStream in) throws IOException {
    int length = -1;
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next != '\n') {
        line.append((char) next);
        continue;
      }
      String header = line.toString().strip().toLowerCase(Locale.ROOT);
      if (header.isEmpty()) {
        return length;
      }
      if (header.startsWith("content-length:")) {
        length = Integer.parseInt(header.substring("content-length:".length()).strip());
      }
      line.setLength(0);
    }
    return -1;
  }

  private static String response(String request, Map<String, String> responses) {
    return responses.entrySet().stream()
        .filter(known -> request.contains(known.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(request.contains("\"Key\"") ? "{}" : "{\"Items\":[],\"Count\":0}");
  }

  private static byte[] response(String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: "
            + bytes.length
            + "\r\n\r\n";
    byte[] start = head.getBytes(StandardCharsets.US_ASCII);
    byte[] whole = new byte[start.length + bytes.length];
    System.arraycopy(start, 0, whole, 0, start.length);
    System.arraycopy(bytes, 0, whole, start.length, bytes.length);
    return whole;
  }
}
