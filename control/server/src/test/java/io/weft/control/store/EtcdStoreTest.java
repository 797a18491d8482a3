package io.weft.control.store;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A real etcd that lets everybody in. */
class EtcdStoreTest extends ConfigStoreContract {
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

  @Override
  void compact(ConfigStore opened, long revision) {
    etcd.compact(revision);
  }
}
