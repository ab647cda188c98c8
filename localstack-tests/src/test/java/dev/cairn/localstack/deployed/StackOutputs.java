package dev.cairn.localstack.deployed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;

/** What a deployed stack says of itself, from the file that {@code --outputs-file} names. */
record StackOutputs(JsonNode outputs) {

  static StackOutputs read(Path file, String stack) throws IOException {
    return new StackOutputs(new ObjectMapper().readTree(file.toFile()).path(stack));
  }

  String table() {
    return require("FlightsTable");
  }

  String bucket() {
    return require("FlightsBucket");
  }

  String stream() {
    return require("FlightsStream");
  }

  /** A name or an ARN, with an alias if it is one that is to be called. */
  String taskFunction() {
    return require("FlightsTaskFunction");
  }

  String coordinator() {
    return require("FlightsCoordinatorFunction");
  }

  String scrubber() {
    return require("FlightsScrubberFunction");
  }

  private String require(String name) {
    if (!outputs.has(name)) {
      throw new AssertionError("the stack has no output " + name + ": " + outputs);
    }
    return outputs.get(name).asText();
  }
}
