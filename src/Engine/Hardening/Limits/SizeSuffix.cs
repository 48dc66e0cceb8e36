namespace Sandbox.Hardening;

/// <summary>Size suffixes. All are binary, as PowerShell's number literals are: 1KB is 1024 bytes.</summary>
internal static class SizeSuffix
{
    /// <summary>Multiplies by the suffix; false with a message for an unknown suffix or an overflow.</summary>
    public static bool TryScale(ulong value, string suffix, out ulong scaled, out string? error)
    {
        int shift = suffix.ToUpperInvariant() switch
        {
            "" or "B" => 0,
            "K" or "KB" or "KIB" => 10,
            "M" or "MB" or "MIB" => 20,
            "G" or "GB" or "GIB" => 30,
            "T" or "TB" or "TIB" => 40,
            _ => -1,
        };
        error = shift < 0 ? $"unknown size suffix '{suffix}'; use KB, MB, GB or TB"
            : value > ulong.MaxValue >> shift ? $"{value}{suffix} is more than 64 bits hold" : null;
        scaled = error is null ? value << shift : 0;
        return error is null;
    }

    /// <summary>A whole text such as <c>512MB</c>.</summary>
    public static bool TryParse(string text, out ulong value, out string? error)
    {
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            digits++;
        if (ulong.TryParse(text.AsSpan(0, digits), out ulong number))
            return TryScale(number, text[digits..].Trim(), out value, out error);
        (value, error) = (0, $"'{text}' is no size; write a number of bytes or a size such as 512MB");
        return false;
    }
}
