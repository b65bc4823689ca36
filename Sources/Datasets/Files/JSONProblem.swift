import Foundation

/// Why JSON could not be read.
struct JSONProblem: Error, Equatable {
  let reason: String
}

/// - Parameters:
///   - bytes: one value.
///   - columns: for records.
func decodeJSON<Value: Decodable>(
  _ type: Value.Type, from bytes: ArraySlice<UInt8>, columns: CaptionColumns = CaptionColumns()
) throws(JSONProblem) -> Value {
  // Foundation's parser lets invalid bytes pass in some places.
  guard String(validating: bytes, as: UTF8.self) != nil else { throw JSONProblem(reason: "it is not valid UTF-8") }
  let decoder = JSONDecoder()
  if let key = captionColumnsKey, columns != CaptionColumns() { decoder.userInfo[key] = columns }
  do {
    return try decoder.decode(type, from: Data(bytes))
  } catch DecodingError.dataCorrupted(let context) {
    if let fault = JSONSyntax.fault(in: bytes) {
      throw JSONProblem(reason: "it is not valid JSON at \(fault.place(in: bytes)): \(fault.problem)")
    }
    let cause = (context.underlyingError as? NSError)?.userInfo[NSDebugDescriptionErrorKey] as? String
    throw JSONProblem(reason: "it is not valid JSON\(cause.map { " (\($0))" } ?? "")")
  } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    throw JSONProblem(reason: path.isEmpty ? "it is no JSON object" : "its value of '\(path)' is of another type")
  } catch DecodingError.keyNotFound(let key, _) {
    throw JSONProblem(reason: "it has no '\(key.stringValue)'")
  } catch {
    throw JSONProblem(reason: "it is not valid JSON")
  }
}

private let captionColumnsKey = CodingUserInfoKey(rawValue: "captionColumns")

extension Decoder {
  /// As somebody chose them for the file that is read.
  var captionColumns: CaptionColumns {
    captionColumnsKey.flatMap { userInfo[$0] as? CaptionColumns } ?? CaptionColumns()
  }
}
