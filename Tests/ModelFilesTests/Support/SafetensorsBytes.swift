/// Safetensors files of any header, valid or not.
enum SafetensorsBytes {
  static func file(header: String, data: [UInt8]) -> Bytes {
    Bytes().appending(little: UInt64(header.utf8.count)).appending(header.utf8).appending(data)
  }

  /// One tensor's entry of a header.
  static func entry(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
    #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }
}
