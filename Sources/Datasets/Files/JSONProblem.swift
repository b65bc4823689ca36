import Foundation

/// Why JSON could not be read.
struct JSONProblem: Error, Equatable {
  let reason: String

  init(reason: String) { self.reason = reason }

  init(_ fault: JSONSyntax.Fault, in bytes: ArraySlice<UInt8>) {
    reason = "it is not valid JSON at \(fault.place(in: bytes)): \(fault.problem)"
  }
}

/// - Parameters:
///   - bytes: one value.
///   - columns: the columns for records.
func decodeJSON<Value: Decodable>(
  _ type: Value.Type, from bytes: ArraySlice<UInt8>, columns: CaptionColumns = CaptionColumns()
) throws(JSONProblem) -> Value {
  // Foundation's parser lets invalid bytes pass in some places.
  guard String(validating: bytes, as: UTF8.self) != nil else { throw JSONProblem(reason: "it is not valid UTF-8") }
  let decoder = JSONDecoder()
  if let key = captionColumnsKey, columns != CaptionColumns() { decoder.userInfo[key] = columns }
  do {
    return try decoder.decode(type, from: Data(bytes))
  } catch {
    if let fault = JSONSyntax.fault(in: bytes) { throw JSONProblem(fault, in: bytes) }
    throw problem(error)
  }
}

/// The problem of JSON whose syntax is right.
private func problem(_ error: any Error) -> JSONProblem {
  switch error {
  case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return JSONProblem(reason: path.isEmpty ? "it is no JSON object" : "its value of '\(path)' is of another type")
  case DecodingError.keyNotFound(let key, _):
    return JSONProblem(reason: "it has no '\(key.stringValue)'")
  case DecodingError.dataCorrupted(let context):
    let cause = (context.underlyingError as? NSError)?.userInfo[NSDebugDescriptionErrorKey] as? String
    return JSONProblem(reason: "it is not valid JSON\(cause.map { " (\($0))" } ?? "")")
  default:
    return JSONProblem(reason: "it is not valid JSON")
  }
}

private let captionColumnsKey = CodingUserInfoKey(rawValue: "captionColumns")

extension Decoder {
  /// The columns that the user chose for the file being read.
  var captionColumns: CaptionColumns {
    captionColumnsKey.flatMap { userInfo[$0] as? CaptionColumns } ?? CaptionColumns()
  }
}
