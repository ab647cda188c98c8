package dev.cairn.state;

import dev.cairn.storage.FileRef;
import java.util.Optional;

/**
 * A reference to a subtask's state in journals and checkpoints: the manifest, and the state file
 * that holds it together with the position. Without a file it is the state of a subtask that has
 * applied nothing.
 */
public record StateHandle(Manifest manifest, Optional<FileRef> stateFile) {
  public static final StateHandle EMPTY = new StateHandle(Manifest.EMPTY, Optional.empty());
}
