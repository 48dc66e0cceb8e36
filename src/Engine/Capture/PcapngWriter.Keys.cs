namespace Sandbox.Capture;

/// <content>The keys of TLS, written before the packets that need them.</content>
internal sealed partial class PcapngWriter
{
    private const int MostOfBlock = 1 << 20; // far below the longest block that readers take
    private readonly BlockBuffer _keyBlock = new();
    private int _keysWritten;

    /// <summary>Where keys come from; null for nowhere.</summary>
    public TlsKeyLog? Keys { get; init; }

    // Into the file before the packets that still wait: whose keys were made after they came.
    private void WriteKeys()
    {
        if (Keys is null || Packets + _waiting == 0) return;
        Keys.Poll();
        while (Keys.Lines[_keysWritten..] is { IsEmpty: false } rest)
        {
            var part = rest.Length <= MostOfBlock ? rest : rest[..(rest[..MostOfBlock].LastIndexOf((byte)'\n') + 1)];
            SecretsBlock(_keyBlock, part);
            Write(_keyBlock.Bytes);
            Durable += _keyBlock.Length;
            _keyBlock.Clear();
            _keysWritten += part.Length;
        }
    }
}
