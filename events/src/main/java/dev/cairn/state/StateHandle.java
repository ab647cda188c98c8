package dev.cairn.state;

import dev.cairn.storage.FileRef;
import java.util.Optional;

/**
 * A subtask's state as a journal and a checkpoint refer to it: its manifest, and the file that
 * holds the same manifest with the position beside it. Without a file it is the state of a subtask
 * that has applied nothing.
 */
public record StateHandle(Manifest manifest, Optional<FileRef> stateFile) {
  public static final StateHandle EMPTY = new StateHandle(Manifest.EMPTY, Optional.empty());
}
