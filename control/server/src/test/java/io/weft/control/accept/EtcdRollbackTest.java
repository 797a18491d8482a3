package io.weft.control.accept;

import io.weft.control.store.ConfigStore;
import io.weft.control.store.EtcdContainer;
import io.weft.control.store.Stores;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Over a real etcd. */
class EtcdRollbackTest extends RollbackContract {
  private static EtcdContainer etcd;

  @BeforeAll
  static void startEtcd() {
    etcd = EtcdContainer.open();
  }

  @AfterAll
  static void stopEtcd() {
    etcd.close();
  }

  @Override
  ConfigStore open() {
    etcd.clear();
    return Stores.open("etcd:" + etcd.endpoint());
  }
}
