package dev.vedette.crds;

import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where roles learn which resources there are: a watched folder in one process, the Kubernetes API
 * in a cluster. Objects arrive complete, defaults filled in, and valid; what is not valid is left
 * out or keeps its last valid form.
 */
public interface ResourceSource extends AutoCloseable {
  /**
   * Calls the listener with all objects of a kind, at once and before this returns, and again after
   * each change, until this source closes. Lists are immutable and sorted by namespace and name;
   * their objects are shared, so nobody changes them. Calls come one at a time, from a thread of
   * the source; a listener that throws is logged and called again at the next change.
   */
  <T extends CustomResource<?, ?>> void watch(Class<T> kind, Consumer<List<T>> listener);

  /** Ends all watching. No listener is called once this returned. */
  @Override
  void close();
}
