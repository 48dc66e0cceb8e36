using System.Text;

namespace Sandbox.Denials;

/// <summary>
/// The <c>key=value</c> tokens of a record, one after the other. A key is a whole token, so <c>ppid=</c> is never taken for <c>pid=</c>;
/// words without '=' (a security label may hold some) are left out.
/// </summary>
internal ref struct AuditFields(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>The value, without its quotes.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool IsQuoted { get; private set; }

    public bool MoveNext()
    {
        while (true)
        {
            _rest = _rest.TrimStart((byte)' ');
            if (_rest.IsEmpty) return false;
            var end = _rest.IndexOf((byte)' ');
            var token = end < 0 ? _rest : _rest[..end];
            var equals = token.IndexOf((byte)'=');
            if (equals > 0 && Take(equals, ref token)) return true;
            _rest = _rest[token.Length..];
        }
    }

    // The kernel quotes only what holds neither space nor quote nor control character (audit_log_untrustedstring); others may quote more.
    private bool Take(int equals, ref ReadOnlySpan<byte> token)
    {
        Key = token[..equals];
        var value = _rest[(equals + 1)..];
        IsQuoted = value.Length > 1 && value[0] == '"' && value[1..].IndexOf((byte)'"') is var close && close >= 0
            && (close + 2 == value.Length || value[close + 2] is (byte)' ' or (byte)'\n');
        if (IsQuoted)
        {
            Value = value.Slice(1, value[1..].IndexOf((byte)'"'));
            _rest = value[(Value.Length + 2)..];
            return true;
        }

        Value = token[(equals + 1)..];
        _rest = _rest[token.Length..];
        return true;
    }

    /// <summary>
    /// A text that a program chose: in quotes as it is, else in hexadecimal digits; null for what the kernel writes where it has none.
    /// </summary>
    public static string? Text(ReadOnlySpan<byte> value, bool quoted)
    {
        if (!quoted && (value.IsEmpty || value[0] == '(')) return null;
        if (quoted) return value.SequenceEqual("<no_memory>"u8) || value.SequenceEqual("(null)"u8) ? null : Encoding.UTF8.GetString(value);
        var bytes = value.Length <= 512 ? stackalloc byte[256] : new byte[value.Length / 2];
        if (value.Length % 2 != 0 || Convert.FromHexString(value, bytes, out _, out var written) != System.Buffers.OperationStatus.Done) return Encoding.UTF8.GetString(value);
        // What lies behind a zero isn't part of the name: a comm is a fixed array.
        bytes = bytes[..written];
        return Encoding.UTF8.GetString(bytes.IndexOf((byte)0) is > 0 and var zero ? bytes[..zero] : bytes);
    }
}
