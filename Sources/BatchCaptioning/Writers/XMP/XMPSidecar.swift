/// An XMP sidecar with the caption as `dc:description`, in the default language (XMP specification, parts 1 and 2).
///
/// It is merged into an existing sidecar: all else stays, byte for byte. A description in another language stays beside
/// the caption. Captions lose the control characters that XML cannot hold.
package struct XMPSidecar: SidecarFormat {
  package init() {}

  package func content(
    _ caption: BatchCaption, existing: [UInt8]?, overwrites: Bool
  ) throws(ImageFailure) -> [UInt8]? {
    // An empty file holds nothing that could be lost.
    guard let existing, !existing.allSatisfy(XMLText.isSpace) else { return Self.packet(caption.text) }
    do {
      return try XMPDescription(existing).replaced(by: caption.text, overwrites: overwrites)
    } catch let error as XMLError {
      throw failure("is not well-formed XML (line \(error.line): \(error.problem))")
    } catch let error as XMPDescription.Failure {
      throw failure(error.problem)
    } catch {
      throw failure("cannot be read (\(error))")
    }
  }

  package func isComplete(_ existing: [UInt8]) -> Bool {
    // A sidecar that cannot be read is reported when it is written.
    (try? XMPDescription(existing))?.isWritten ?? false
  }

  package func says(_ text: String, _ existing: [UInt8]) -> Bool {
    (try? XMPDescription(existing).replaced(by: text, overwrites: true)) == existing
  }

  private func failure(_ problem: String) -> ImageFailure {
    ImageFailure(.sidecar, stage: .write, message: problem + "; repair it, or move it away")
  }

  private static func packet(_ text: String) -> [UInt8] {
    let start = """
      <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
      <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="caption">
       <rdf:RDF xmlns:rdf="\(XMPDescription.rdf)">
        <rdf:Description rdf:about=""
          xmlns:dc="\(XMPDescription.dublinCore)">
         <dc:description>
          <rdf:Alt>
           <rdf:li xml:lang="x-default">
      """
    let end = """
      </rdf:li>
          </rdf:Alt>
         </dc:description>
        </rdf:Description>
       </rdf:RDF>
      </x:xmpmeta>
      <?xpacket end="w"?>

      """
    return Array(start.utf8) + XMLText.content(text) + Array(end.utf8)
  }
}
