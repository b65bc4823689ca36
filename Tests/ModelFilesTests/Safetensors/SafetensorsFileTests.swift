import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("Safetensors files")
struct SafetensorsFileTests {
  @Test("Every tensor is what the reference library wrote, of every element type")
  func parity() throws {
    let file = try SafetensorsFile(path: Fixture.url("safetensors/types.safetensors").path)
    let expected = try SpelledOutTensor.all("safetensors/types.json")
    #expect(Set(file.tensorNames) == Set(expected.keys))
    #expect(file.tensorNames.count == 14)
    for (name, spelledOut) in expected {
      let tensor = try #require(file.tensor(named: name))
      #expect(spelledOut.describes(tensor), "\(name)")
    }
    #expect(file.metadata == ["note": "line\n\"two\" é"])
    #expect(file.tensor(named: "nothing") == nil)
  }

  @Test("A header that leaves the data misaligned still gives aligned tensors")
  func misaligned() throws {
    let header =
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[2],"#
      + #""data_offsets":[1,9]}}"#
    for padding in 0..<8 {
      let text = header + String(repeating: " ", count: padding)
      let data: [UInt8] = [7, 0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]
      try SafetensorsBytes.file(header: text, data: data).withFile { path in
        let tensor = try #require(try SafetensorsFile(path: path).tensor(named: "b"))
        #expect(UInt(bitPattern: tensor.storage.pointer) % 4 == 0)
        #expect(tensor.toFloat32().values == [1, -2.5])
      }
    }
  }

  @Test("A file without tensors is one")
  func empty() throws {
    try SafetensorsBytes.file(header: "{}", data: []).withFile { path in
      let file = try SafetensorsFile(path: path)
      #expect(file.tensorNames.isEmpty)
    }
  }

  @Test("Escapes, surrogate pairs and unknown fields of the header are understood")
  func header() throws {
    let header = #"{"\u00e9\ud83d\ude00\/":{"shape":[],"extra":[{"x":null}],"dtype":"U8","data_offsets":[0,1]}}  "#
    try SafetensorsBytes.file(header: header, data: [9]).withFile { path in
      let file = try SafetensorsFile(path: path)
      #expect(file.tensorNames == ["é😀/"])
    }
  }

  @Test("Metadata that are null are none")
  func nullMetadata() throws {
    let header = #"{"__metadata__": null, "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}"#
    try SafetensorsBytes.file(header: header, data: [UInt8](repeating: 0, count: 8)).withFile { path in
      let file = try SafetensorsFile(path: path)
      #expect(file.metadata.isEmpty)
      #expect(file.tensorNames == ["a"])
    }
  }
}
