namespace Sandbox.Launch;

/// <summary>The few texts that the launcher needs: without a runtime there are no string literals to point at.</summary>
internal static unsafe class Text
{
    /// <summary>Writes <c>/proc/thread-self/children</c>, ended by a zero: 27 bytes.</summary>
    public static void ThreadSelfChildren(byte* to)
    {
        long* words = (long*)to;
        words[0] = 0x68742F636F72702F; // /proc/th
        words[1] = 0x6C65732D64616572; // read-sel
        to[16] = (byte)'f'; to[17] = (byte)'/'; to[18] = (byte)'c'; to[19] = (byte)'h'; to[20] = (byte)'i'; to[21] = (byte)'l';
        to[22] = (byte)'d'; to[23] = (byte)'r'; to[24] = (byte)'e'; to[25] = (byte)'n'; to[26] = 0;
    }

    /// <summary>Writes <c>cgroup.kill</c>, ended by a zero: 12 bytes.</summary>
    public static void CgroupKill(byte* to)
    {
        to[0] = (byte)'c'; to[1] = (byte)'g'; to[2] = (byte)'r'; to[3] = (byte)'o'; to[4] = (byte)'u'; to[5] = (byte)'p';
        to[6] = (byte)'.'; to[7] = (byte)'k'; to[8] = (byte)'i'; to[9] = (byte)'l'; to[10] = (byte)'l'; to[11] = 0;
    }

    /// <summary>The decimal number at a text, -1 where there is none.</summary>
    public static long Number(byte* text)
    {
        long value = 0;
        if (*text == 0) return -1;
        for (; *text != 0; text++)
        {
            if (*text < '0' || *text > '9') return -1;
            value = value * 10 + *text - '0';
        }

        return value;
    }
}
